//! The ledger: what makes a change of the past visible. So far it is what every writer leaves for the signer, in each row.

pub mod leaf;
