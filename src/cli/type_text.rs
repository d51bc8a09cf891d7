//! Long column types over several lines: a table of nested structs has types of thousands of characters.

/// Characters of a type that stay in one line.
const LINE_CHARS_MAX: usize = 100;
/// How much further each level stands to the right.
const INDENT: &str = "  ";

/// A type, or a column with its type, whose long parts begin a line for each of their fields. A text that is no type comes
/// back as it is.
pub(super) fn type_folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold(text, 0, &mut folded);
    folded
}

fn fold(text: &str, level: usize, folded: &mut String) {
    let inner = (text.chars().count() > LINE_CHARS_MAX)
        .then(|| inside(text))
        .flatten();
    let Some((before, inner, after)) = inner else {
        folded.push_str(text);
        return;
    };
    folded.push_str(before);
    let parts = parts(inner);
    for (at, part) in parts.iter().enumerate() {
        folded.push('\n');
        folded.push_str(&INDENT.repeat(level + 1));
        fold(part, level + 1, folded);
        if at + 1 < parts.len() {
            folded.push(',');
        }
    }
    folded.push_str(after);
}

/// What stands before, within and after the outermost brackets.
fn inside(text: &str) -> Option<(&str, &str, &str)> {
    let begin = text.find('<')? + 1;
    let end = text.rfind('>').filter(|end| *end >= begin)?;
    Some((&text[..begin], &text[begin..end], &text[end..]))
}

/// The parts between the commas that stand in no brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut begin) = (Vec::new(), 0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::type_folded;

    #[test]
    fn short_types_stay_in_one_line() {
        for text in [
            "id bigint",
            "tags array<string>",
            "a struct<b:decimal(10,2),c:int>",
        ] {
            assert_eq!(type_folded(text), text);
        }
    }

    #[test]
    fn long_types_begin_a_line_for_each_field() {
        let address = "struct<street:string,city:string,price:decimal(10,2)>";
        let text = format!("who struct<name:string,home:{address},work:{address}>");
        let wanted = format!("who struct<\n  name:string,\n  home:{address},\n  work:{address}>");
        assert_eq!(type_folded(&text), wanted);
    }

    #[test]
    fn what_is_no_type_comes_back_as_it_is() {
        for text in ["x>".repeat(80), "<".repeat(150), ">".repeat(150)] {
            assert_eq!(type_folded(&text), text);
        }
    }
}
