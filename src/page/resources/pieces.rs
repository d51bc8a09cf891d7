//! Lines that the watch wrote, with the names in them apart.

/// A part of a line: a name, or what stands around it.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_name: bool,
}

/// A line whose names stand in backticks, which come in pairs.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let pieces = text.split('`').enumerate();
    let pieces = pieces.filter(|(_, piece)| !piece.is_empty());
    pieces
        .map(|(number, piece)| Piece {
            text: piece.to_owned(),
            is_name: number % 2 == 1,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn names_stand_in_backticks() {
        let read = pieces("column `a` of `b` added");
        let read: Vec<_> = read
            .iter()
            .map(|one| (one.text.as_str(), one.is_name))
            .collect();
        let wanted = [
            ("column ", false),
            ("a", true),
            (" of ", false),
            ("b", true),
            (" added", false),
        ];
        assert_eq!(read, wanted);
    }
}
