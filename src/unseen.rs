//! Characters by which a name can pose as another: they are not seen themselves, and change how others are.

/// Whether a character is not seen and turns the direction of writing, joins its neighbours or begins a line. Control characters
/// are not among these: who shows lines asks for them too.
pub fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
    )
}
