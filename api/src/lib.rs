//! Where the parts meet: the register, the worker, the pages, the API and the command line.

pub mod app;
pub mod auth;
pub mod cli;
pub mod compression;
pub mod config;
pub mod demo;
pub mod facts;
pub mod feed;
pub mod files;
pub mod fr;
pub mod http;
pub mod problem;
pub mod server;
pub mod web;
pub mod worker;

/// A batch of the journal is a few hundred kilobytes, made and dropped a thousand times a second: the system's allocator gives that memory
/// back and asks for it again each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
