//! Where the parts meet: the register, the worker, the pages, the API and the command line.

pub mod facts;
