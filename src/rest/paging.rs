//! Pages of listings: as many items as asked for, and the key to go on from.

use super::problem::Problem;

/// Items of a page at most.
pub(super) const PAGE_SIZE_MAX: usize = 1000;
/// Items of a page where the client asks for no number.
pub(super) const PAGE_SIZE_DEFAULT: usize = 100;

/// How many items are wanted. A number beyond the limit is refused, not cut.
pub(super) fn page_size(limit: Option<usize>) -> Result<usize, Problem> {
    match limit.unwrap_or(PAGE_SIZE_DEFAULT) {
        size if (1..=PAGE_SIZE_MAX).contains(&size) => Ok(size),
        size => Err(Problem::field(
            "limit",
            format!("limit is {size} and must lie between 1 and {PAGE_SIZE_MAX}"),
        )),
    }
}

/// The items of one page out of a list that was read with one item more than the page holds, and the key of the last
/// one where there are more.
pub(super) fn page_of<T, K>(
    mut items: Vec<T>,
    size: usize,
    key: impl Fn(&T) -> K,
) -> (Vec<T>, Option<K>) {
    if items.len() <= size {
        return (items, None);
    }
    items.truncate(size);
    let next = items.last().map(key);
    (items, next)
}

#[cfg(test)]
mod tests {
    use super::{page_of, page_size};

    #[test]
    fn a_page_tells_whether_there_is_more() {
        let key = |text: &&str| (*text).to_owned();
        assert_eq!(page_of(vec!["a", "b"], 2, key), (vec!["a", "b"], None));
        let more = page_of(vec!["a", "b", "c"], 2, key);
        assert_eq!(more, (vec!["a", "b"], Some("b".to_owned())));
        assert_eq!(page_of(Vec::new(), 2, key), (Vec::new(), None));
    }

    #[test]
    fn sizes_are_refused_not_cut() {
        assert_eq!(page_size(None).unwrap(), 100);
        assert_eq!(page_size(Some(1000)).unwrap(), 1000);
        assert!(page_size(Some(0)).is_err() && page_size(Some(1001)).is_err());
    }
}
