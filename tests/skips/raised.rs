//! A version that folds otherwise meets an event that it cannot take: who is still read, and how does it go on?

use super::*;

#[tokio::test]
async fn a_raised_version_that_cannot_take_an_event_keeps_no_other_model_from_being_read() {
    let world = World::new().await;
    let before = engine(&world, vec![strict("heavy", &[]), strict("light", &[])], vec![]).await;
    let early = write(&world, 6).await;
    before.catch_up().await.unwrap();
    let raised = Subscriptions::new(
        world.writer.clone(),
        vec![
            Arc::new(Strict { version: 2, ..strict("heavy", &[3, 5]) }),
            Arc::new(Strict { version: 2, ..strict("light", &[]) }),
        ],
        vec![],
    );
    let prepared = raised.prepare(|_, _, _| {}).await.unwrap();
    let [("heavy", Prepared::Stopped(row)), ("light", Prepared::Ready)] = &prepared[..] else {
        panic!("{prepared:?}");
    };
    assert_eq!(row.position, 3);
    assert!(row.because.contains("too heavy"), "{}", row.because);
    // Where it stands and why is noted beside the live one, which is left as it was, and written by nobody here.
    let of_heavy =
        async || subscriptions::standings(&world.reader).await.unwrap().into_iter().take(2).collect::<Vec<_>>();
    let [live, beside] = &of_heavy().await[..] else { panic!("two rows") };
    assert_eq!((live.live, live.version, live.position, live.stopped_at), (true, 1, early, None));
    assert_eq!((beside.live, beside.version, beside.position, beside.stopped_at), (false, 2, 2, Some(3)));
    assert!(beside.stopped_because.as_ref().unwrap().contains("too heavy"));
    let worker = Worker::start(&world, raised);
    let last = write(&world, 2).await;
    worker.reaches("light", last).await;
    assert_eq!(seen(&world, "heavy").await, all_but(early, &[]));
    assert_eq!(worker.engine.halted("heavy").unwrap().position, 3);
    // Decided, it goes on at once, as far as the next one.
    let elsewhere = skip(&world.writer, "heavy", decided(5)).await.unwrap_err().to_string();
    assert!(elsewhere.contains("heavy is stopped at position 3, not at 5"), "{elsewhere}");
    skip(&world.writer, "heavy", decided(3)).await.unwrap();
    halted_at(&worker.engine, Some(5)).await;
    skip(&world.writer, "heavy", decided(5)).await.unwrap();
    halted_at(&worker.engine, None).await;
    assert_eq!(standing(&world, "heavy").await.version, 2);
    let last = write(&world, 1).await.max(last);
    worker.reaches("heavy", last).await;
    assert_eq!(seen(&world, "heavy").await, all_but(last, &[3, 5]));
    assert!(subscriptions::standings(&world.reader).await.unwrap().iter().all(|standing| standing.live));
    let told = subscriptions::skips(&world.reader).await.unwrap();
    assert_eq!((told[0].count, told[0].last.version, told[0].last.position), (2, 2, 5));
    worker.stop().await;
}

/// Waits until "heavy" is kept from being read by that row, or by none.
async fn halted_at(engine: &Subscriptions, position: Option<i64>) {
    let halted = async {
        while engine.halted("heavy").map(|row| row.position) != position {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, halted).await.unwrap();
}

#[tokio::test]
async fn a_decision_holds_for_each_version_that_stands_before_the_event() {
    let world = World::new().await;
    let first = engine(&world, vec![strict("heavy", &[4])], vec![]).await;
    let last = write(&world, 6).await;
    first.catch_up().await.unwrap();
    // The next version was to mend it, and does not.
    let second = engine(&world, vec![Strict { version: 2, ..strict("heavy", &[4]) }], vec![]).await;
    skip(&world.writer, "heavy", decided(4)).await.unwrap();
    first.catch_up().await.unwrap();
    assert_eq!((standing(&world, "heavy").await.version, seen(&world, "heavy").await), (1, all_but(last, &[4])));
    // At its next start it goes on from there.
    drop(second);
    engine(&world, vec![Strict { version: 2, ..strict("heavy", &[4]) }], vec![]).await;
    assert_eq!((standing(&world, "heavy").await.version, seen(&world, "heavy").await), (2, all_but(last, &[4])));
    let versions = "select version from subscriptions.skips where model = 'heavy' and position = 4 order by 1";
    let versions: Vec<i32> = sqlx::query_scalar(versions).fetch_all(&world.reader).await.unwrap();
    assert_eq!(versions, [1, 2]);
}
