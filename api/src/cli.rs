//! The command line: one binary, one verb a file.

mod demo;
mod doctor;
mod generate;
mod import;
mod rebuild;
mod serve;
mod skip;
mod token;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};

use infra::clock::{Clock, SystemClock};

use crate::config::Location;
use crate::demo::clock::DemoClock;

/// Palimpseste: the cahier de textes whose every version can still be read.
#[derive(Parser)]
#[command(name = "palimpseste", version, about)]
struct Cli {
    #[command(flatten)]
    location: Location,
    /// How results are told.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    format: Format,
    /// How the log on standard error is written; RUST_LOG says how much of it (warn by default).
    #[arg(long, value_enum, default_value_t = Format::Text, global = true, env = "PALIMPSESTE_LOG_FORMAT")]
    log_format: Format,
    #[command(subcommand)]
    verb: Verb,
}

/// How results are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one JSON document; of a log, one a line.
    Json,
}

#[derive(Subcommand)]
enum Verb {
    /// Open a fictitious school, whole, on a private database.
    Demo(demo::Demo),
    /// Serve a school's pages and API. People show a token of `palimpseste token`.
    Serve(serve::Serve),
    /// Take in what the academy (AAF) and the timetable (STS) say, from folders, files and archives.
    Import(import::Import),
    /// Write the files of a fictitious school, collège or primary.
    Generate(generate::Generate),
    /// Fold a read model anew, beside the live one, then swap them.
    Rebuild(rebuild::Rebuild),
    /// Decide that a stopped read model goes on without the event that stopped it; the decision is kept.
    Skip(skip::Skip),
    /// Mint a bearer token for a person.
    Token(token::Token),
    /// Say what is missing before a school can open, and how its journal and readers stand.
    Doctor(doctor::Doctor),
}

/// What every verb is told, and how it answers.
pub(crate) struct Setting {
    pub location: Location,
    pub format: Format,
}

impl Setting {
    /// The clock of the school in this data directory: a demonstration's own, or the machine's.
    pub fn clock(&self) -> Arc<dyn Clock> {
        match DemoClock::of_another_process(&self.location.data_dir) {
            Some(clock) => Arc::new(clock),
            None => Arc::new(SystemClock),
        }
    }
}

/// A verb that could not do its work: one line for a person, and an exit code in the manner of sysexits.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    pub code: u8,
}

impl Failure {
    /// Something that the verb depends on is not there.
    pub fn unavailable(message: impl std::fmt::Display) -> Self {
        Self { message: message.to_string(), code: 69 }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { message: error.to_string(), code: 1 }
    }
}

/// Reads the command line and runs it.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.log_format);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(problem) => return told(&Failure::unavailable(problem)),
    };
    let setting = Setting { location: cli.location, format: cli.format };
    let outcome = runtime.block_on(async {
        match cli.verb {
            Verb::Demo(verb) => verb.run(setting).await,
            Verb::Generate(verb) => verb.run(&setting),
            Verb::Serve(verb) => verb.run(setting).await,
            Verb::Import(verb) => verb.run(setting).await,
            Verb::Rebuild(verb) => verb.run(setting).await,
            Verb::Skip(verb) => verb.run(setting).await,
            Verb::Token(verb) => verb.run(&setting),
            Verb::Doctor(verb) => verb.run(setting).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => told(&failure),
    }
}

/// What happens, on standard error: never a name, a text, a token or a query.
fn log(format: Format) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    // At trace, axum quotes what it could not read: a body, a form, a query.
    let filter = match "axum::rejection=off".parse() {
        Ok(silent) => filter.add_directive(silent),
        Err(_) => filter,
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        Format::Text => lines.init(),
        Format::Json => lines.json().flatten_event(true).init(),
    }
    // The words of a panic may quote what was being read (a slice of a text, a key of a map): only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
}

fn told(failure: &Failure) -> ExitCode {
    complain(&failure.message);
    ExitCode::from(failure.code)
}

/// One line on standard output: the verb's own answer.
pub(crate) fn say(line: impl std::fmt::Display) {
    use std::io::Write as _;
    // A closed pipe (`palimpseste … | head`) is no failure of ours.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// One line on standard error.
pub(crate) fn complain(line: impl std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "palimpseste: {line}");
}
