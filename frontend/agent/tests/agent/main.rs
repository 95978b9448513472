//! The agent as it is built, with the real cargo, on projects made for the purpose.

mod bed;
mod clock;
mod exit;
mod freshness;
mod interrupted;
mod scripts;
mod stubs;
