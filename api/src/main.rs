//! The one binary.

/// A batch of the journal is a few hundred kilobytes, made and dropped a thousand times a second: the system's allocator gives that memory
/// back and asks for it again each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    api::cli::main()
}
