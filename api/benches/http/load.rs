//! An open-loop client: requests leave on a fixed schedule whatever the server does, and each is timed from the instant it was due.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// Connections kept open by the client: enough for both servers to be the limit, never the client.
const CONNECTIONS: usize = 32;
/// How often the schedule is looked at when requests are due faster than a thread can sleep.
const TICK: Duration = Duration::from_micros(200);

/// One server, and the requests that are sent to it in turn.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    /// The header that carries a token: `authorization`, or `cookie` for a page.
    pub by: &'static str,
    /// Path, and the value of that header for who asks, when somebody does.
    pub requests: Arc<Vec<(String, Option<String>)>>,
}

/// What a run of requests came to.
pub struct Driven {
    pub offered_per_s: f64,
    pub completed_per_s: f64,
    pub body_bytes: f64,
    /// Microseconds from the instant a request was due to the last byte of its answer.
    pub latency: Histogram<u64>,
}

/// The requests that are due: each is a permit, whoever is free takes it.
struct Schedule {
    start: Instant,
    per_s: f64,
    due: Semaphore,
    next: AtomicUsize,
    completed: AtomicU64,
    bytes: AtomicU64,
}

/// Offers so many requests a second for so long, on a thread of its own, and waits for nothing when the time is over.
pub fn drive(target: &Target, per_s: f64, during: Duration) -> Driven {
    let target = target.clone();
    let client = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(offer(&target, per_s, during))
    });
    client.join().unwrap()
}

async fn offer(target: &Target, per_s: f64, during: Duration) -> Driven {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(connect(target.address).await);
    }
    let (start, due) = (Instant::now(), Semaphore::new(0));
    let (next, completed, bytes) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let schedule = Arc::new(Schedule { start, per_s, due, next, completed, bytes });
    let asking: Vec<_> = connections
        .into_iter()
        .map(|connection| tokio::spawn(ask(connection, target.clone(), schedule.clone())))
        .collect();
    let pace = std::thread::spawn({
        let schedule = schedule.clone();
        move || schedule.pace(during)
    });
    let offered = tokio::task::spawn_blocking(move || pace.join().unwrap()).await.unwrap();
    let elapsed = start.elapsed().as_secs_f64();
    let (completed, bytes) = (schedule.completed.load(Ordering::Relaxed), schedule.bytes.load(Ordering::Relaxed));
    // Those that wait stop waiting; those under way end.
    schedule.due.close();
    let mut latency = Histogram::new(3).unwrap();
    for one in asking {
        latency.add(one.await.unwrap()).unwrap();
    }
    Driven {
        offered_per_s: offered as f64 / elapsed,
        completed_per_s: completed as f64 / elapsed,
        body_bytes: bytes as f64 / completed.max(1) as f64,
        latency,
    }
}

impl Schedule {
    /// Lets each request go when it is due. Gives how many there were.
    fn pace(&self, during: Duration) -> usize {
        let mut gone = 0;
        while self.start.elapsed() < during {
            let due = (self.start.elapsed().as_secs_f64() * self.per_s) as usize;
            self.due.add_permits(due - gone);
            gone = due;
            let next = self.start + Duration::from_secs_f64((gone + 1) as f64 / self.per_s);
            std::thread::sleep(next.saturating_duration_since(Instant::now()).max(TICK));
        }
        gone
    }

    /// The number of the next request, and when it is due.
    async fn next(&self) -> Option<(usize, Instant)> {
        self.due.acquire().await.ok()?.forget();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Some((number, self.start + Duration::from_secs_f64((number + 1) as f64 / self.per_s)))
    }
}

async fn connect(address: SocketAddr) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn ask(mut connection: SendRequest<Empty<Bytes>>, target: Target, schedule: Arc<Schedule>) -> Histogram<u64> {
    let mut latency = Histogram::new(3).unwrap();
    while let Some((number, due)) = schedule.next().await {
        let (path, token) = &target.requests[number % target.requests.len()];
        let mut request = Request::get(path).header("host", "bench");
        if let Some(token) = token {
            request = request.header(target.by, token);
        }
        connection.ready().await.unwrap();
        let answer = connection.send_request(request.body(Empty::new()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let mut body = answer.into_body();
        while let Some(frame) = body.frame().await {
            if let Some(data) = frame.unwrap().data_ref() {
                schedule.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
            }
        }
        schedule.completed.fetch_add(1, Ordering::Relaxed);
        latency.record(due.elapsed().as_micros() as u64).unwrap();
    }
    latency
}
