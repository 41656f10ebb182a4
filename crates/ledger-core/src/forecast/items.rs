//! The items that needs lead to, each before its parts.
//!
//! Whatever else is in stock or on order is not looked at, so a forecast costs what is needed and
//! not what there is.

use std::collections::{BTreeMap, VecDeque};

use super::{Component, Situation};
use crate::code::Code;

/// An item that is needed.
pub(super) struct Item<'a> {
    pub(super) code: &'a Code,
    /// What it is made of, with the parts' places, in the order of these; nothing for what is, however
    /// deep, made of itself.
    pub(super) bom: Vec<(usize, &'a Component)>,
}

/// All that is needed. An item's place is before those of its parts.
pub(super) struct Items<'a> {
    items: Vec<Item<'a>>,
    places: BTreeMap<&'a Code, usize>,
}

/// For each node the nodes below it.
type Graph = Vec<Vec<usize>>;

fn graph_of(boms: &[Vec<(usize, &Component)>]) -> Graph {
    let parts = |bom: &Vec<(usize, &Component)>| bom.iter().map(|(part, _)| *part).collect();
    boms.iter().map(parts).collect()
}

impl<'a> Items<'a> {
    /// What the needs lead to.
    pub(super) fn of(situation: &'a Situation) -> Self {
        Self::leading_from(situation, std::iter::empty())
    }

    /// What the needs and some more items lead to.
    pub(super) fn leading_from(
        situation: &'a Situation,
        more: impl Iterator<Item = &'a Code>,
    ) -> Self {
        let mut found = Found::default();
        for item in situation.needs.iter().map(|need| &need.item).chain(more) {
            found.find(item);
        }
        let mut boms: Vec<Vec<(usize, &Component)>> = Vec::new();
        while let Some(code) = found.codes.get(boms.len()).copied() {
            let bom = situation.boms.get(code).into_iter().flatten();
            boms.push(bom.map(|part| (found.find(&part.item), part)).collect());
        }
        let mut with_lots = graph_of(&boms);
        found.add_lots(situation, &mut with_lots);
        for item in in_circles(&with_lots) {
            if let Some(bom) = boms.get_mut(item) {
                bom.clear();
            }
        }
        let order = free_first(&graph_of(&boms));
        Self::in_order(&found.codes, boms, &order)
    }

    fn in_order(
        codes: &[&'a Code],
        mut boms: Vec<Vec<(usize, &'a Component)>>,
        order: &[usize],
    ) -> Self {
        let mut place_of = vec![0; codes.len()];
        for (place, at) in order.iter().enumerate() {
            if let Some(of) = place_of.get_mut(*at) {
                *of = place;
            }
        }
        let mut items = Vec::with_capacity(order.len());
        for at in order {
            let (Some(code), Some(bom)) = (codes.get(*at), boms.get_mut(*at)) else {
                continue;
            };
            let mut bom = std::mem::take(bom);
            for (part, _) in &mut bom {
                *part = place_of.get(*part).copied().unwrap_or_default();
            }
            bom.sort_by_key(|(part, _)| *part);
            items.push(Item { code, bom });
        }
        let places = items.iter().enumerate();
        let places = places.map(|(place, item)| (item.code, place)).collect();
        Self { items, places }
    }

    /// Where an item stands; none when nothing leads to it.
    pub(super) fn place(&self, item: &Code) -> Option<usize> {
        self.places.get(item).copied()
    }

    /// The item at a place.
    pub(super) fn at(&self, place: usize) -> Option<&Item<'a>> {
        self.items.get(place)
    }

    /// All of them, in the order of their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items.iter()
    }
}

/// Items in the order in which they were found.
#[derive(Default)]
struct Found<'a> {
    codes: Vec<&'a Code>,
    numbers: BTreeMap<&'a Code, usize>,
}

impl<'a> Found<'a> {
    fn find(&mut self, code: &'a Code) -> usize {
        *self.numbers.entry(code).or_insert_with(|| {
            self.codes.push(code);
            self.codes.len().saturating_sub(1)
        })
    }

    /// What a lot makes stands above what the lot needs, also where its plan is not today's.
    fn add_lots(&self, situation: &Situation, graph: &mut Graph) {
        for supply in &situation.supplies {
            let Some(of) = self.numbers.get(&supply.item) else {
                continue;
            };
            let needs = supply.from.iter().filter_map(|at| situation.needs.get(*at));
            let parts = needs.filter_map(|need| self.numbers.get(&need.item));
            if let Some(below) = graph.get_mut(*of) {
                below.extend(parts);
            }
        }
    }
}

/// The nodes before which none or only such nodes stand, each before those below it.
fn free_first(graph: &Graph) -> Vec<usize> {
    let mut above = vec![0_usize; graph.len()];
    for part in graph.iter().flatten() {
        if let Some(count) = above.get_mut(*part) {
            *count = count.saturating_add(1);
        }
    }
    let free = above.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut free: VecDeque<usize> = free.map(|(node, _)| node).collect();
    let mut order = Vec::with_capacity(graph.len());
    while let Some(node) = free.pop_front() {
        order.push(node);
        for part in graph.get(node).into_iter().flatten() {
            let Some(count) = above.get_mut(*part) else {
                continue;
            };
            *count = count.saturating_sub(1);
            if *count == 0 {
                free.push_back(*part);
            }
        }
    }
    order
}

/// The nodes that are below themselves.
fn in_circles(graph: &Graph) -> Vec<usize> {
    let mut stuck = vec![true; graph.len()];
    let free = |order: Vec<usize>, stuck: &mut Vec<bool>| {
        for node in order {
            if let Some(stuck) = stuck.get_mut(node) {
                *stuck = false;
            }
        }
    };
    let from_above = free_first(graph);
    if from_above.len() == graph.len() {
        return Vec::new();
    }
    free(from_above, &mut stuck);
    free(free_first(&turned(graph)), &mut stuck);
    // What is left is in a circle, or between two of them.
    let stuck = stuck.iter().enumerate().filter(|(_, stuck)| **stuck);
    stuck
        .map(|(node, _)| node)
        .filter(|node| reaches_itself(graph, *node))
        .collect()
}

/// The same graph upside down.
fn turned(graph: &Graph) -> Graph {
    let mut turned: Graph = vec![Vec::new(); graph.len()];
    for (node, below) in graph.iter().enumerate() {
        for part in below {
            if let Some(above) = turned.get_mut(*part) {
                above.push(node);
            }
        }
    }
    turned
}

fn reaches_itself(graph: &Graph, node: usize) -> bool {
    let mut seen = vec![false; graph.len()];
    let mut next: Vec<usize> = vec![node];
    while let Some(at) = next.pop() {
        for part in graph.get(at).into_iter().flatten() {
            if *part == node {
                return true;
            }
            if let Some(seen) = seen.get_mut(*part).filter(|seen| !**seen) {
                *seen = true;
                next.push(*part);
            }
        }
    }
    false
}
