//! The surface: the real router, a real PostgreSQL, two agencies always.
#![expect(
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test looks behind the scenes, and tells its story in one piece"
)]

mod abuse;
mod account;
mod acting;
mod audit;
mod catalogue;
mod choosing;
mod command_line;
mod commands;
mod connections;
mod console;
mod contacts;
mod crafted;
mod crowd;
mod demo;
mod domains;
mod domains_elsewhere;
mod duty;
mod edge;
mod faults;
mod fleet;
mod given;
mod harness;
mod headers;
mod hosts;
mod import;
mod import_command;
mod import_meanwhile;
mod isolation;
mod languages;
mod late_forms;
mod mails;
mod observed;
mod origin;
mod other_hosts;
mod paths;
mod permissions;
mod photo_files;
mod photo_history;
mod photo_sweep;
mod photos;
mod places;
mod plans;
mod processes;
mod properties;
mod property_list;
mod publishing;
mod restarts;
mod second_factor;
mod second_step;
mod secrets;
mod sessions;
mod shutdown;
mod sign_in;
mod sign_up;
mod store_settings;
mod storefront;
mod storefront_search;
mod subscription;
mod subscription_commands;
mod suspended;
mod team;
mod throttle;
mod tls_allowed;
mod today;
mod unstorable;
mod uploads;
mod usage;
mod visibility;
mod written_down;
