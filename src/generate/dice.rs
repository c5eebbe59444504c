//! Chance from a seed, the same on every machine and in every version.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of chances.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of a seed. The seed is the key itself, so that nothing but the cipher decides what comes.
    pub fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number below `bound`, which is above 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u64::from(self.0.next_u32()) * bound as u64;
        usize::try_from(wide >> 32).unwrap_or(0)
    }

    /// A day or number from `first` to `last`; `first` if there is nothing between.
    pub fn between(&mut self, first: i32, last: i32) -> i32 {
        let width = usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0);
        let step = if width == 0 { 0 } else { self.below(width) };
        first.saturating_add(i32::try_from(step).unwrap_or(0))
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the values, each as often as its weight says; the last if the weights are all 0.
    pub fn weighted<T: Copy>(&mut self, values: &[(usize, T)], last: T) -> T {
        let total: usize = values.iter().map(|(weight, _)| weight).sum();
        let mut left = if total == 0 { 0 } else { self.below(total) };
        for (weight, value) in values {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        last
    }

    /// Brings the values into an order of chance.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            let other = self.below(last + 1);
            values.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut dice = Dice::new(2017);
        let drawn: Vec<_> = (0..6).map(|_| dice.below(1000)).collect();
        assert_eq!(drawn, [352, 404, 202, 622, 604, 623]);
    }

    #[test]
    fn a_number_stays_within_its_bounds() {
        let mut dice = Dice::new(1);
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert_eq!(dice.between(5, 3), 5);
    }

    #[test]
    fn shuffling_keeps_the_values() {
        let mut values: Vec<_> = (0..50).collect();
        Dice::new(1).shuffle(&mut values);
        assert_ne!(values, (0..50).collect::<Vec<_>>());
        values.sort_unstable();
        assert_eq!(values, (0..50).collect::<Vec<_>>());
    }
}
