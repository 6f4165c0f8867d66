//! Order.

/// Sorts a list that is short or nearly in order. The standard library's sorts are quicker for others, but 5 KB of the page.
pub(crate) fn sort_by_key<T>(list: &mut Vec<T>, key: impl Fn(&T) -> u32) {
    for index in 1..list.len() {
        let own = key(&list[index]);
        if key(&list[index - 1]) > own {
            let place = list[..index].partition_point(|other| key(other) <= own);
            let item = list.remove(index);
            list.insert(place, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_stay_in_their_order() {
        let mut list = vec![(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e')];
        sort_by_key(&mut list, |item| item.0);
        assert_eq!(list, [(1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
        sort_by_key(&mut Vec::<u32>::new(), |item| *item);
    }
}
