//! Whose the identifiers are that rows of a run gave, in little memory: a run of two million rows gives half a million.

use std::collections::HashMap;

use uuid::Uuid;

/// What is kept unsorted before it is merged.
const RECENT: usize = 1 << 14;

/// Companies of identifiers, by the id that an identifier makes. An identifier that makes its own company's id takes 16 bytes,
/// another 32.
#[derive(Default)]
pub struct Met {
    own: Sorted<()>,
    led: Sorted<Uuid>,
    recent: HashMap<Uuid, Uuid>,
}

impl Met {
    /// Whose an identifier is.
    pub fn get(&self, identifier: Uuid) -> Option<Uuid> {
        let recent = self.recent.get(&identifier).copied();
        recent
            .or_else(|| self.own.get(identifier).map(|()| identifier))
            .or_else(|| self.led.get(identifier))
    }

    /// Notes whose an identifier is, unless that is known.
    pub fn note(&mut self, identifier: Uuid, company: Uuid) {
        if self.get(identifier).is_some() {
            return;
        }
        self.recent.insert(identifier, company);
        if self.recent.len() < RECENT {
            return;
        }
        let (own, led): (Vec<_>, Vec<_>) = self
            .recent
            .drain()
            .partition(|(identifier, company)| identifier == company);
        self.own.add(own.into_iter().map(|(own, _)| (own, ())));
        self.led.add(led.into_iter());
    }
}

/// A map without room to spare.
#[derive(Default)]
struct Sorted<V>(Vec<(Uuid, V)>);

impl<V: Copy> Sorted<V> {
    fn get(&self, key: Uuid) -> Option<V> {
        let place = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.0.get(place).map(|(_, value)| *value)
    }

    fn add(&mut self, new: impl ExactSizeIterator<Item = (Uuid, V)>) {
        self.0.reserve_exact(new.len());
        self.0.extend(new);
        self.0.sort_unstable_by_key(|(key, _)| *key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_company_stays_however_many_come_after() {
        let count = 3 * RECENT as u128 + 7;
        let spread =
            |n: u128| Uuid::from_u128(n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
        let company = |n: u128| {
            if n.is_multiple_of(3) {
                spread(n)
            } else {
                spread(n + 1)
            }
        };
        let mut met = Met::default();
        for n in 1..=count {
            met.note(spread(n), company(n));
            met.note(spread(n / 2 + 1), Uuid::nil());
        }
        assert_eq!(met.get(spread(count + 9)), None);
        for n in 1..=count {
            // Nobody was noted before its own turn.
            assert_eq!(met.get(spread(n)), Some(company(n)), "{n}");
        }
    }
}
