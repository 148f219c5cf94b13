//! The program, started on a story's databases and asked over its own port.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::World;

/// Long enough for a machine under load; nobody waits for it unless something is broken.
pub(super) const LONG: Duration = Duration::from_mins(1);

/// The program on a story's databases, with these arguments.
pub(super) fn program(world: &World, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palimpseste-of-the-stories"));
    command.env_remove("RUST_LOG").env("USER", "ouvrier").arg("--data-dir").arg(world.data_dir.path());
    command.args(["--database-url", &world.url, "--vault-url", &world.vault_url]).args(arguments);
    command
}

pub(super) fn run(world: &World, arguments: &[&str]) -> Output {
    program(world, arguments).output().unwrap()
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `palimpseste serve`, under way.
pub(super) struct Server {
    pub(super) child: Child,
    pub(super) address: String,
}

impl Server {
    pub(super) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
        assert!(!address.is_empty(), "it did not start: {:?}", child.wait());
        let server = Self { child, address };
        server.until("/readyz", |answer| answer.status == 200);
        server
    }

    pub(super) fn serving(world: &World, notice_ms: &str) -> Self {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--notice-ms", notice_ms];
        let mut command = program(world, &arguments);
        command.stderr(Stdio::null());
        Self::start(command)
    }

    pub(super) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    pub(super) fn asks(&self, path: &str) -> std::io::Result<Answer> {
        ask(&self.address, "GET", path, &[], "")
    }

    /// Asks until the answer is such.
    pub(super) fn until(&self, path: &str, such: impl Fn(&Answer) -> bool) -> Answer {
        let started = Instant::now();
        loop {
            let answer = self.asks(path).unwrap_or_else(|problem| panic!("{path} has no answer: {problem}"));
            if such(&answer) {
                return answer;
            }
            assert!(started.elapsed() < LONG, "{path}: {}", answer.body);
            std::thread::yield_now();
        }
    }

    /// The exit code.
    pub(super) fn ends(mut self) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(started.elapsed() < LONG, "it does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// One request on a connection of its own. An answer that is cut is an error.
pub(super) fn ask(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LONG))?;
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.extend([*name, ": ", *value, "\r\n"]);
    }
    request += "\r\n";
    request += body;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let answer = String::from_utf8(answer).map_err(|_| cut())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut)?;
    let said = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    if said.is_some_and(|said| said != body.len()) {
        return Err(cut());
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
