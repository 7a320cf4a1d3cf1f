//! Flags and settings that cannot be followed.

use crate::inputs::{Hostile, READS, folder, refused, write};

pub const TABLE: &[Hostile] = &[
    refused("no-application", |_| {}, &["reads", "--app", "nowhere"], &["nowhere"]),
    refused(
        "settings-with-an-unknown-key",
        |at| write(at, "stripcheck.toml", b"app = []\naps = 1\n"),
        READS,
        &["stripcheck.toml:2", "aps"],
    ),
    refused(
        "settings-that-are-a-folder",
        |at| folder(&at.join("s.toml")),
        &["reads", "--config", "s.toml"],
        &["s.toml"],
    ),
    refused(
        "settings-of-invalid-utf-8",
        |at| write(at, "stripcheck.toml", b"app = ['\xff']\n"),
        READS,
        &["stripcheck.toml"],
    ),
    refused("an-output-into-nowhere", |_| {}, &["reads", "--app", "app", "-o", "no/such.json"], &["no such folder"]),
];
