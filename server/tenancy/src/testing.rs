//! A throw-away cluster with agencies in it, for tests of every crate.
