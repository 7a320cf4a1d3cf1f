//! The verdict stage: reads × entries → verdicts with reasons.
