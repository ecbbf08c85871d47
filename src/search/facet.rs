//! Facets: how many of the files found have each value of a dimension.

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
