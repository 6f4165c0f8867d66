use super::*;

#[test]
fn draws_are_nested_stratified_and_from_the_pool() {
    let labels: Vec<usize> = (0..30).map(|at| at % 3).collect();
    let pool: Vec<usize> = (6..30).collect();
    let small = draw(&labels, &pool, 3, 2, 1);
    let large = draw(&labels, &pool, 3, 5, 1);
    assert!(small.iter().all(|index| large.contains(index)) && large.iter().all(|index| pool.contains(index)));
    for class in 0..3 {
        assert_eq!(large.iter().filter(|index| labels[**index] == class).count(), 5);
    }
    assert_ne!(small, draw(&labels, &pool, 3, 2, 2));
}

#[test]
fn the_spread_is_that_of_a_sample() {
    let measured = Measured { learner: Learner::Scratch, photos: 5, accuracies: vec![0.5, 0.7, 0.9] };
    let point = measured.point();
    assert!((point.mean - 0.7).abs() < 1e-12 && (point.deviation.unwrap() - 0.2).abs() < 1e-12);
    assert_eq!((point.photos, point.draws), (5, 3));
    assert_eq!(Measured { accuracies: vec![0.5], ..measured }.point().deviation, None);
}
