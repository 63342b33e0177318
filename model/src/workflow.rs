//! The workflows of payments, one file each.

pub mod payin_card;
