//! The best of many scored rows.

/// The best rows so far; sorted out whenever there are twice as many as wanted.
pub(super) struct Best {
    limit: usize,
    threshold: f32,
    found: Vec<(usize, f32)>,
}

impl Best {
    /// Wants the `limit` rows with the highest scores, of those above `least`.
    pub(super) fn new(limit: usize, least: f32) -> Self {
        Self { limit, threshold: least, found: Vec::with_capacity(2 * limit + 1) }
    }

    /// Returns the score that a row must exceed to come in.
    pub(super) fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Takes a row whose score is above the threshold.
    pub(super) fn offer(&mut self, row: usize, score: f32) {
        self.found.push((row, score));
        if self.found.len() > 2 * self.limit {
            self.sort_out();
            self.threshold = self.found.last().map_or(self.threshold, |(_, score)| self.threshold.max(*score));
        }
    }

    /// Returns the rows that came in, in any order.
    pub(super) fn finish(mut self) -> Vec<(usize, f32)> {
        self.sort_out();
        self.found
    }

    fn sort_out(&mut self) {
        if self.found.len() > self.limit {
            // The last that stays comes to its place, so that it is the new threshold.
            self.found.select_nth_unstable_by(self.limit.saturating_sub(1), |left, right| {
                right.1.total_cmp(&left.1).then(left.0.cmp(&right.0))
            });
            self.found.truncate(self.limit);
        }
    }
}
