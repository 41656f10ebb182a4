//! Who wrote the transactions of an origin, as runs: a person keeps a device for a while.

use std::collections::BTreeMap;

use super::TxKey;
use super::snapshot::{In, Out};
use crate::code::UserName;

/// No user: the device by itself.
const NOBODY: u32 = 0;

/// From which seq on which user wrote, by origin.
#[derive(Debug, Default)]
pub(super) struct Actors {
    names: Vec<UserName>,
    index: BTreeMap<UserName, u32>,
    runs: BTreeMap<u32, Vec<(u64, u32)>>,
}

/// Transactions of an origin that one user wrote, or the device by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch<'a> {
    /// The first seq.
    pub(super) first: u64,
    /// The last seq; all that follow when it is the largest number.
    pub(super) last: u64,
    pub(super) user: Option<&'a UserName>,
}

impl Actors {
    fn name(&self, number: u32) -> Option<&UserName> {
        self.names
            .get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    fn number_of(&mut self, user: &UserName) -> u32 {
        if let Some(number) = self.index.get(user) {
            return *number;
        }
        self.names.push(user.clone());
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.index.insert(user.clone(), number);
        number
    }

    /// Takes note of who wrote a transaction; those of an origin come in their order.
    pub(super) fn note(&mut self, key: TxKey, user: Option<&UserName>) {
        let last = self.runs.get(&key.0).and_then(|runs| runs.last());
        let last = last.map_or(NOBODY, |(_, number)| *number);
        if self.name(last) == user {
            return;
        }
        let number = user.map_or(NOBODY, |user| self.number_of(user));
        self.runs.entry(key.0).or_default().push((key.1, number));
    }

    /// Who wrote a transaction; none when the device did by itself.
    pub(super) fn user_of(&self, key: TxKey) -> Option<&UserName> {
        let runs = self.runs.get(&key.0)?;
        let after = runs.partition_point(|(first, _)| *first <= key.1);
        let (_, number) = runs.get(after.checked_sub(1)?)?;
        self.name(*number)
    }

    /// The stretches of an origin, in order; together they are all of it.
    pub(super) fn stretches(&self, origin: u32) -> Vec<Stretch<'_>> {
        let runs = self.runs.get(&origin).map_or(&[][..], Vec::as_slice);
        let begin = std::iter::once((1, NOBODY)).chain(runs.iter().copied());
        let ends = runs.iter().map(|(first, _)| first.saturating_sub(1));
        begin
            .zip(ends.chain([u64::MAX]))
            .map(|((first, number), last)| Stretch {
                first,
                last,
                user: self.name(number),
            })
            .filter(|stretch| stretch.first <= stretch.last)
            .collect()
    }

    pub(super) fn put(&self, out: &mut Out) {
        out.length(self.names.len());
        for name in &self.names {
            out.length(name.as_str().len());
            out.bytes(name.as_str().as_bytes());
        }
        out.length(self.runs.len());
        for (origin, runs) in &self.runs {
            out.number(u64::from(*origin));
            out.length(runs.len());
            let mut before = 0;
            for (first, number) in runs {
                out.number(first.saturating_sub(before));
                out.number(u64::from(*number));
                before = *first;
            }
        }
    }

    pub(super) fn take(input: &mut In<'_>) -> Option<Self> {
        let mut actors = Self::default();
        for _ in 0..input.number()? {
            let name = UserName::from_normalised(input.text()?)?;
            actors.number_of(&name);
        }
        for _ in 0..input.number()? {
            let origin = u32::try_from(input.number()?).ok()?;
            let mut runs = Vec::new();
            let mut first = 0_u64;
            for _ in 0..input.number()? {
                first = first.checked_add(input.number()?)?;
                let number = u32::try_from(input.number()?).ok()?;
                if number != NOBODY {
                    actors.name(number)?;
                }
                runs.push((first, number));
            }
            actors.runs.insert(origin, runs);
        }
        Some(actors)
    }
}
