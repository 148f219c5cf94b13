//! What is malformed, forged or out of bounds: told where and why, and nothing is written.

use super::*;

/// One bad request: how it is sent, and what is told of it.
struct Hostile {
    sent: (&'static str, String),
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
    told: (u16, &'static str),
    pointer: Option<&'static str>,
}

fn bad_address(path: impl Into<String>, status: u16, code: &'static str, pointer: Option<&'static str>) -> Hostile {
    Hostile { sent: ("GET", path.into()), headers: vec![], body: None, told: (status, code), pointer }
}

fn bad_body(body: impl Into<String>, status: u16, code: &'static str, pointer: Option<&'static str>) -> Hostile {
    let sent = ("POST", format!("{}/commands", read_4b()));
    Hostile { sent, headers: vec![], body: Some(body.into()), told: (status, code), pointer }
}

fn bad_header(name: &'static str, value: &str, status: u16, code: &'static str) -> Hostile {
    let body = serde_json::to_string(&publish(monday_in_4b(), "x")).unwrap();
    Hostile { headers: vec![(name, value.to_owned())], ..bad_body(body, status, code, None) }
}

fn bad_addresses() -> Vec<Hostile> {
    let textbook = read_4b();
    vec![
        bad_address("/api/v1/textbooks/7", 400, "id-malformed", Some("/path/id")),
        bad_address("/api/v1/textbooks/%ff", 400, "id-malformed", Some("/path/id")),
        bad_address(format!("/api/v1/textbooks/{}", maths("4B").0.simple()), 400, "id-malformed", Some("/path/id")),
        bad_address(
            "/api/v1/textbooks/'; drop table journal.events; --".replace(' ', "%20"),
            400,
            "id-malformed",
            Some("/path/id"),
        ),
        bad_address("/api/v1/me/week?monday=16/11/2026", 400, "parameter-malformed", Some("/query/monday")),
        bad_address("/api/v1/me/week?monday=0000-01-03", 400, "parameter-malformed", Some("/query/monday")),
        bad_address("/api/v1/me/week?monday=2026-02-30", 400, "parameter-malformed", Some("/query/monday")),
        bad_address("/api/v1/me/week?child=moi", 400, "parameter-malformed", Some("/query/child")),
        bad_address("/api/v1/me/week?person=x", 400, "parameter-unknown", Some("/query/person")),
        bad_address(
            "/api/v1/me/week?monday=2026-11-16&monday=2026-11-09",
            400,
            "parameter-repeated",
            Some("/query/monday"),
        ),
        bad_address("/api/v1/me?x=1", 400, "parameter-unknown", Some("/query/x")),
        bad_address(format!("{textbook}?cursor=%00"), 400, "cursor-malformed", Some("/query/cursor")),
        bad_address(format!("{textbook}?cursor=bm9wZQ"), 400, "cursor-malformed", Some("/query/cursor")),
        bad_address(format!("{textbook}/history?cursor=OTk5"), 400, "cursor-malformed", Some("/query/cursor")),
        bad_address(format!("{textbook}?limit=0"), 400, "parameter-malformed", Some("/query/limit")),
        bad_address(format!("{textbook}?limit=99999999999999999999"), 400, "parameter-malformed", Some("/query/limit")),
        bad_address("/api/v1/nothing", 404, "no-such-route", None),
        bad_address("/nothing", 404, "no-such-route", None),
        bad_address("/api/v1/textbooks/", 404, "no-such-route", None),
        bad_address(format!("{textbook}/commands"), 405, "method-not-allowed", None),
        Hostile { sent: ("DELETE", textbook), ..bad_address("", 405, "method-not-allowed", None) },
    ]
}

fn bad_bodies() -> Vec<Hostile> {
    let entry = entry_of_monday_in_4b();
    let lesson = json!({"slot": {"slot": slot("4B", MATHS, 4), "date": "2026-11-12"}});
    let publish = |more: Value| {
        let mut command = json!({"lesson": lesson, "content": "x"});
        command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"PublishEntry": command}).to_string()
    };
    let work = |more: Value| {
        let mut work = json!({"homework": Uuid::from_u128(5), "text": "x", "due": {"date": {"date": "2026-11-19"}}, "kind": "exercise", "minutes": null});
        work.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        publish(json!({"homework": [work]}))
    };
    let link = |link: &str| publish(json!({"resources": [{"title": "x", "link": link, "purpose": "lesson"}]}));
    vec![
        bad_body("", 400, "json-malformed", None),
        bad_body("{\"PublishEntry\":", 400, "json-malformed", None),
        bad_body("[".repeat(100_000), 400, "json-malformed", None),
        bad_body("\u{feff}{}", 400, "json-malformed", None),
        bad_body("null", 422, "command-malformed", None),
        bad_body("{}", 422, "command-malformed", None),
        bad_body("\"PublishEntry\"", 422, "command-malformed", None),
        bad_body("{\"EraseEverything\":{}}", 422, "command-malformed", Some("")),
        bad_body("{\"PublishEntry\":{},\"WithdrawEntry\":{}}", 422, "command-malformed", None),
        bad_body(
            publish(json!({"author": OTHER_TEACHER, "capacity": "head"})),
            422,
            "field-unknown",
            Some("/PublishEntry/author"),
        ),
        bad_body(
            work(json!({"visible_from": "2020-01-01T00:00:00Z"})),
            422,
            "field-unknown",
            Some("/PublishEntry/homework/0/visible_from"),
        ),
        bad_body(work(json!({"minutes": -5})), 422, "command-malformed", Some("/PublishEntry/homework/0/minutes")),
        bad_body(work(json!({"minutes": 1e300})), 422, "command-malformed", Some("/PublishEntry/homework/0/minutes")),
        bad_body(work(json!({"kind": "corvée"})), 422, "command-malformed", Some("/PublishEntry/homework/0/kind")),
        bad_body(work(json!({"homework": "5"})), 422, "command-malformed", Some("/PublishEntry/homework/0/homework")),
        bad_body(
            work(json!({"homework": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"})),
            400,
            "homework-id-tells-when",
            None,
        ),
        bad_body(work(json!({"minutes": 0})), 400, "minutes-malformed", None),
        bad_body(work(json!({"due": {"date": {"date": "9999-12-31"}}})), 400, "outside-school-year", None),
        bad_body(work(json!({"due": {"date": {"date": "-009999-01-01"}}})), 400, "due-before-given", None),
        bad_body(publish(json!({"content": "  \n"})), 400, "text-empty", None),
        bad_body(publish(json!({"content": "x".repeat(20_001)})), 400, "text-too-long", None),
        bad_body(publish(json!({"content": "a\u{0}b"})), 400, "character-refused", Some("/PublishEntry/content")),
        bad_body(
            publish(json!({"lesson": {"slot": {"slot": slot("4A", MATHS, 4), "date": "2026-11-12"}}})),
            400,
            "slot-unknown",
            None,
        ),
        bad_body(
            publish(json!({"lesson": {"exceptional": {"date": "2026-11-12", "starts_at": "25:00", "minutes": 5}}})),
            422,
            "command-malformed",
            None,
        ),
        bad_body(link("javascript:alert(1)"), 400, "resource-malformed", None),
        bad_body(
            json!({"WithdrawEntry": {"entry": entry, "reason": ""}}).to_string(),
            428,
            "if-match-required",
            Some("/header/If-Match"),
        ),
        bad_body("x".repeat((256 << 10) + 1), 413, "body-too-large", None),
    ]
}

fn bad_headers() -> Vec<Hostile> {
    vec![
        bad_header("idempotency-key", "", 400, "idempotency-key-malformed"),
        bad_header("idempotency-key", "two words", 400, "idempotency-key-malformed"),
        bad_header("idempotency-key", &"k".repeat(201), 400, "idempotency-key-malformed"),
        bad_header("if-match", "3", 400, "if-match-malformed"),
        bad_header("if-match", "*", 400, "if-match-malformed"),
        bad_header("if-match", "W/\"textbook-3\"", 400, "if-match-malformed"),
        bad_header("if-match", "\"person-3\"", 400, "if-match-malformed"),
        bad_header("if-match", "\"textbook--3\"", 400, "if-match-malformed"),
        Hostile { headers: vec![("content-type", "text/plain".into())], ..bad_body("{}", 415, "not-json", None) },
        Hostile {
            headers: vec![("content-type", "application/x-www-form-urlencoded".into())],
            ..bad_body("a=b", 415, "not-json", None)
        },
    ]
}

#[tokio::test]
async fn a_bad_request_is_told_what_is_wrong_and_writes_nothing() {
    let school = School::open().await.written().await;
    let before = school.head().await;
    for Hostile { sent: (method, path), headers, body, told: (status, code), pointer } in
        [bad_addresses(), bad_bodies(), bad_headers()].into_iter().flatten()
    {
        let who = if path.contains("/me") { PUPIL } else { TEACHER };
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = school.call(who, method, &path, &headers, body.as_deref()).await;
        let shown: String = body.unwrap_or_default().chars().take(200).collect();
        assert_eq!((answer.status, answer.code()), (status, code), "{method} {path} {shown}\n{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {path}");
        assert!(!answer.header("x-request-id").is_empty());
        if pointer.is_some() {
            assert_eq!(answer.json["pointer"].as_str(), pointer, "{path} {shown}: {}", answer.text);
        }
    }
    assert_eq!(school.head().await, before, "nothing was written");
}

#[tokio::test]
async fn bytes_that_are_no_text_and_headers_given_twice_are_refused() {
    let school = School::open().await;
    let before = school.head().await;
    let request = |body: Vec<u8>| {
        let request = Request::builder().method("POST").uri(format!("{}/commands", read_4b()));
        let request = request.header("authorization", format!("Bearer {}", school.token(TEACHER)));
        (request.header("content-type", "application/json"), body)
    };
    let (bytes, body) = request(vec![b'"', 0xff, 0xfe, b'"']);
    school.send(bytes.body(Body::from(body)).unwrap()).await.refused(400, "json-malformed");
    let (twice, body) = request(serde_json::to_vec(&publish(monday_in_4b(), "x")).unwrap());
    let twice = twice.header("if-match", "\"textbook-0\"").header("if-match", "\"textbook-1\"");
    school.send(twice.body(Body::from(body)).unwrap()).await.refused(400, "header-malformed");
    let foreign = HomeworkId(Uuid::from_u128(1));
    let theirs = Command::WithdrawHomework { homework: foreign, reason: "x".into() };
    school.tell(TEACHER, &of_4b(), &[("if-match", "\"textbook-0\"")], &theirs).await.refused(404, "homework-unknown");
    let nowhere = publish(LessonRef::Slot { slot: SlotId(Uuid::from_u128(1)), date: MONDAY }, "x");
    school.tell(TEACHER, &of_4b(), &[], &nowhere).await.refused(400, "slot-unknown");
    assert_eq!(school.head().await, before);
}
