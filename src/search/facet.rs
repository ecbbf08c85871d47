//! Facets: how many of the files found have each value of a dimension.

use std::num::NonZero;
use std::thread;

use super::Dimension;
use super::query::Found;

/// A facet: counts of the values of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The dimension.
    pub dimension: Dimension,
    /// Number of each value and of its files, the most frequent first.
    pub values: Vec<(u32, usize)>,
    /// Sum of the counts of the values that are not listed.
    pub others: usize,
    /// Files without a value.
    pub missing: usize,
}

impl Found {
    /// Counts the files in a dimension, as if nothing were asked of it, and lists the most frequent values.
    #[must_use]
    pub fn facet(&self, dimension: Dimension, most: usize) -> Counted {
        let linked = &self.snapshot.linked;
        let mut counts = vec![0_usize; dimension.size(linked)];
        let mut missing = 0;
        for section in &self.sections {
            for file in section.matched_but_for(dimension).ones() {
                let mut is_stated = false;
                dimension.each(&section.segment, linked, file, |value| {
                    is_stated = true;
                    if let Some(count) = counts.get_mut(value as usize) {
                        *count += 1;
                    }
                });
                missing += usize::from(!is_stated);
            }
        }
        let total: usize = counts.iter().sum();
        let values = self.most_frequent(dimension, (0..).zip(counts).filter(|(_, count)| *count > 0).collect(), most);
        let listed: usize = values.iter().map(|(_, count)| count).sum();
        Counted { dimension, others: total - listed, missing, values }
    }

    /// Counts the files in several dimensions, as many at a time as there are cores.
    #[must_use]
    pub fn facets(&self, dimensions: &[Dimension], most: usize) -> Vec<Counted> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let together = dimensions.len().div_ceil(cores).max(1);
        thread::scope(|scope| {
            let count = |dimensions: &[Dimension]| dimensions.iter().map(|dimension| self.facet(*dimension, most)).collect::<Vec<_>>();
            let counting: Vec<_> = dimensions.chunks(together).map(|dimensions| scope.spawn(move || count(dimensions))).collect();
            // A thread that panicked panics here: nothing is answered that was not counted.
            counting.into_iter().flat_map(|counted| counted.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    }

    /// The values with the greatest counts; of equal ones those whose keys come first, since numbers differ from server to server.
    fn most_frequent(&self, dimension: Dimension, mut values: Vec<(u32, usize)>, most: usize) -> Vec<(u32, usize)> {
        values.sort_unstable_by_key(|(_, count)| std::cmp::Reverse(*count));
        if let Some(least) = most.checked_sub(1).and_then(|last| values.get(last)).map(|(_, count)| *count) {
            values.retain(|(_, count)| *count >= least);
        }
        values.sort_by_cached_key(|(value, count)| (std::cmp::Reverse(*count), dimension.key(&self.snapshot.linked, *value)));
        values.truncate(most);
        values
    }
}
