//! What each agency operates, counted over the files that lists show: the ground of comparisons between agencies.

use std::sync::Arc;

use super::Snapshot;
use super::segment::{NONE, Segment, place_of_word};
use crate::data_file::DataFileStatus;
use crate::peer::{Member, Peers, Tally};
use crate::retention::RetentionClass;

impl Snapshot {
    /// Agencies with what they operate. Counted once for each state of the index.
    #[must_use]
    pub fn peers(&self) -> Arc<Peers> {
        Arc::clone(self.peers.get_or_init(|| Arc::new(self.count_peers())))
    }

    fn count_peers(&self) -> Peers {
        let agencies = &self.linked.agencies;
        let mut tallies = vec![Tally::default(); agencies.numbered().len()];
        for segment in &self.segments {
            for file in segment.alive.ones().filter(|file| is_listed(segment, *file)) {
                for agency in segment.agency.of(file) {
                    if let Some(tally) = tallies.get_mut(*agency as usize) {
                        add(tally, segment, file);
                    }
                }
            }
        }
        Peers::of((0..).zip(tallies).filter_map(|(number, tally)| {
            let (agency, agency_type) = (agencies.numbered().key(number)?, agencies.agency_type(number)?);
            Some(Member { agency, agency_type, exists: agencies.exists(number), tally })
        }))
    }
}

fn is_listed(segment: &Segment, file: usize) -> bool {
    let shown = [DataFileStatus::Registered, DataFileStatus::Disclosed].map(place_of_word);
    segment.status.of(file).iter().any(|status| shown.contains(status))
}

fn add(tally: &mut Tally, segment: &Segment, file: usize) {
    let long = [RetentionClass::Permanent, RetentionClass::SemiPermanent, RetentionClass::Years30, RetentionClass::Years10].map(place_of_word);
    tally.files += 1;
    tally.subjects = tally.subjects.saturating_add(segment.subjects.get(file).copied().filter(|subjects| *subjects != NONE).unwrap_or_default());
    tally.with_identifiers += u32::from(!segment.identifier.of(file).is_empty());
    tally.kept_long += u32::from(segment.retention_class.of(file).iter().any(|class| long.contains(class)));
    tally.assessed += u32::from(segment.assessed.contains(file));
    tally.findings += u32::try_from(segment.finding.of(file).len()).unwrap_or(u32::MAX);
}
