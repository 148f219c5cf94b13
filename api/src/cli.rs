//! The command line: one binary, one verb a file.

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::config::Location;

/// Palimpseste: the cahier de textes whose every version can still be read.
#[derive(Parser)]
#[command(name = "palimpseste", version, about)]
struct Cli {
    #[command(flatten)]
    location: Location,
    /// How results are told.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    format: Format,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Verb {}

/// Reads the command line and runs it.
pub fn main() -> ExitCode {
    let _ = Cli::parse();
    ExitCode::SUCCESS
}
