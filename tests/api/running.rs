//! What does a running server tell the machines that watch it?

use super::*;

#[tokio::test]
async fn a_machine_asks_whether_it_is_alive_and_ready() {
    let school = School::open().await.written().await;
    let alone = |path: &'static str| school.send(Request::builder().uri(path).body(Body::empty()).unwrap());
    assert_eq!(alone("/livez").await.status, 200);
    let ready = alone("/readyz").await;
    assert_eq!((ready.status, &ready.json["ready"]), (200, &json!(true)), "{}", ready.text);
    let names: Vec<_> =
        ready.json["models"].as_array().unwrap().iter().map(|model| model["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), projections::all().len() + 1);
    assert!(ready.json["models"].as_array().unwrap().iter().all(|model| model["lag"] == 0));
    let stop =
        "update subscriptions.models set stopped_at = 3, stopped_because = 'a story' where name = 'pupil' and live";
    school.world.owner().await.execute(stop).await.unwrap();
    let stopped = alone("/readyz").await;
    assert_eq!((stopped.status, &stopped.json["ready"]), (503, &json!(false)));
    assert!(stopped.text.contains("a story"));
}

#[tokio::test]
async fn figures_name_routes_and_nobody() {
    let school = School::open().await.written().await;
    school.read(PUPIL, &read_4b()).await;
    school.tell(TEACHER, &of_4b(), &[], &publish(monday_in_4b(), "x")).await.refused(409, "lesson-written");
    let figures = school.send(Request::builder().uri("/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!(figures.status, 200);
    for line in [
        "palimpseste_http_request_seconds_bucket{method=\"GET\",route=\"/api/v1/textbooks/{id}\",status=\"200\"",
        "palimpseste_commands_total{aggregate=\"textbook\",outcome=\"lesson-written\"}",
        "palimpseste_reader_position{model=\"pupil\"}",
        "palimpseste_journal_position",
    ] {
        assert!(figures.text.contains(line), "{line}\n{}", figures.text);
    }
    let named = figures
        .text
        .split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-')
        .any(|word| Uuid::parse_str(word).is_ok());
    assert!(!named, "{}", figures.text);
}

#[tokio::test]
async fn a_request_keeps_its_name_and_the_description_is_served() {
    let school = School::open().await;
    let id = "0193a1b2-0000-7000-8000-0000000000aa";
    let me = school.call(TEACHER, "GET", "/api/v1/me", &[("x-request-id", id)], None).await;
    assert_eq!((me.header("x-request-id"), me.status), (id, 200));
    assert_eq!(me.json["standpoints"], json!([{"as": "teacher"}]));
    assert_eq!(me.json["roles"][0]["school_name"], "Collège des Tilleuls");
    let odd = school.call(TEACHER, "GET", "/api/v1/me", &[("x-request-id", "<script>")], None).await;
    assert!(Uuid::parse_str(odd.header("x-request-id")).is_ok());
    let document = school.send(Request::builder().uri("/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(document.json, serde_json::to_value(api::http::openapi()).unwrap());
    assert_eq!(document.json["openapi"], "3.1.0");
}

#[tokio::test]
async fn pages_and_programs_are_served_side_by_side() {
    use tower::ServiceExt as _;
    let school = School::open().await;
    let both = api::http::router(school.app.clone()).merge(api::web::routes::router(school.app.clone(), None));
    let status = |path: &'static str| {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let both = both.clone();
        async move { both.oneshot(request).await.unwrap() }
    };
    assert_eq!(status("/livez").await.status(), 200);
    for path in ["/api", "/api/v1/nothing"] {
        assert_eq!(status(path).await.headers()["content-type"], "application/problem+json", "{path}");
    }
    assert!(status("/nothing").await.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
}
