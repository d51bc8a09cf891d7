//! Work that takes an object store's time: it goes on after deadlines and kills, is waited for by whoever asks again, and
//! never stands in the way of a later try.

mod deadlines;
mod fixture;
mod killed;
mod local;
mod meanwhile;
mod odd_keys;
mod purged;
mod replicas;
mod story;
mod taken_back;
mod truncate;
mod used_again;
mod visible;
