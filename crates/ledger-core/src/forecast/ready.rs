//! When needs are met: what they wait for is looked at before them, however the lots between them
//! are dated.

use super::{Met, Outlook, Ready, Situation, Source, parts_of};

/// How far a need has been looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Not,
    /// What it waits for is being looked at. Whoever comes back to it waits for itself.
    Begun,
    Done,
}

/// Tells for each need when it is met, and for each supply when it is there.
pub(super) fn tell(situation: &Situation, outlook: &mut Outlook) {
    tell_needs(situation, outlook);
    let supplies = 0..situation.supplies.len();
    let ready: Vec<Ready> = supplies
        .map(|at| supply_ready(situation, outlook, at))
        .collect();
    for (promised, ready) in outlook.supplies.iter_mut().zip(ready) {
        promised.ready = ready;
    }
}

fn tell_needs(situation: &Situation, outlook: &mut Outlook) {
    let mut looks = vec![Look::Not; outlook.needs.len()];
    let mut next: Vec<usize> = Vec::new();
    for need in 0..outlook.needs.len() {
        next.push(need);
        while let Some(at) = next.last().copied() {
            let Some(look) = looks.get_mut(at) else {
                next.pop();
                continue;
            };
            match *look {
                Look::Not => {
                    *look = Look::Begun;
                    let is_new = |at: &usize| looks.get(*at) == Some(&Look::Not);
                    next.extend(waits_for(situation, outlook, at).filter(is_new));
                }
                Look::Begun => {
                    *look = Look::Done;
                    let ready = ready(situation, outlook, at);
                    if let Some(met) = outlook.needs.get_mut(at) {
                        met.ready = ready;
                    }
                    next.pop();
                }
                Look::Done => {
                    next.pop();
                }
            }
        }
    }
}

/// The needs that must be met before one is.
fn waits_for<'a>(
    situation: &'a Situation,
    outlook: &'a Outlook,
    at: usize,
) -> impl Iterator<Item = usize> {
    let pegs = outlook.needs.get(at).into_iter().flat_map(|met| &met.pegs);
    pegs.flat_map(|peg| behind(situation, outlook, peg.source))
        .copied()
}

/// The needs that must be met before a source gives something.
fn behind<'a>(situation: &'a Situation, outlook: &'a Outlook, source: Source) -> &'a [usize] {
    match source {
        Source::Supply(at) => {
            let supply = situation.supplies.get(at);
            supply.map(|supply| &*supply.from).unwrap_or_default()
        }
        Source::Made(..) => parts_of(&outlook.parts, source),
        Source::Theirs | Source::Ours | Source::Nothing => &[],
    }
}

/// When a need is met whose sources were looked at.
fn ready(situation: &Situation, outlook: &Outlook, at: usize) -> Ready {
    let pegs = outlook.needs.get(at).into_iter().flat_map(|met| &met.pegs);
    let sources = pegs.map(|peg| match peg.source {
        Source::Theirs | Source::Ours => Ready::Now,
        Source::Supply(at) => supply_ready(situation, outlook, at),
        Source::Made(..) => all_ready(&outlook.needs, behind(situation, outlook, peg.source)),
        Source::Nothing => Ready::Never,
    });
    sources.max().unwrap_or(Ready::Now)
}

/// When a supply is there: on its day, or when the last of its parts has come.
fn supply_ready(situation: &Situation, outlook: &Outlook, at: usize) -> Ready {
    let Some(supply) = situation.supplies.get(at) else {
        return Ready::Never;
    };
    let said = supply.day.map_or(Ready::SomeDay, Ready::On);
    said.max(all_ready(&outlook.needs, &supply.from))
}

fn all_ready(needs: &[Met], parts: &[usize]) -> Ready {
    let ready = |at: &usize| needs.get(*at).map_or(Ready::Never, |met| met.ready);
    parts.iter().map(ready).max().unwrap_or(Ready::Now)
}
