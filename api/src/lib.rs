//! Where the parts meet: the register, the worker, the pages, the API and the command line.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod demo;
pub mod facts;
pub mod feed;
pub mod fr;
pub mod problem;
pub mod server;
pub mod web;
pub mod worker;
