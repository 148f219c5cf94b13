use super::*;
use uuid::Uuid;

const END: Date = date(2027, 7, 3);

fn someone(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

#[test]
fn a_look_is_kept_two_months_after_the_school_year() {
    assert_eq!(kept_until(&KEEPING, END, date(2026, 9, 2)), date(2027, 9, 3));
    assert_eq!(kept_until(&KEEPING, END, date(2027, 6, 30)), date(2027, 9, 3));
}

#[test]
fn a_look_of_the_summer_is_kept_as_long_after_its_day() {
    assert_eq!(kept_until(&KEEPING, END, date(2027, 7, 31)), date(2027, 9, 30));
}

#[test]
fn another_delay_holds_from_its_day_and_not_before() {
    let shorter = Keeping { valid_from: date(2027, 1, 1), source: "décision", months_after_the_year: 1 };
    let both = [KEEPING[0], shorter];
    assert_eq!(kept_until(&both, END, date(2026, 12, 31)), date(2027, 9, 3));
    assert_eq!(kept_until(&both, END, date(2027, 1, 1)), date(2027, 8, 3));
}

#[test]
fn without_any_delay_a_look_goes_with_its_day() {
    assert_eq!(kept_until(&[], END, date(2026, 11, 17)), date(2026, 11, 17));
}

#[test]
fn nobody_looks_at_their_own_work_and_a_teacher_named_twice_is_looked_at_once() {
    let (head, teacher, day) = (someone(1), someone(2), date(2026, 11, 17));
    let found = looks((head, Capacity::Head), [head, teacher, teacher], Seen::Gaps, (day, END));
    let expected = Look { teacher, looker: head, capacity: Capacity::Head, seen: Seen::Gaps, day, until: END };
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [expected]);
}

#[test]
fn what_was_seen_has_a_name_that_is_read_back() {
    for seen in Seen::ALL {
        assert_eq!(Seen::parse(seen.name()), Some(seen));
    }
    assert_eq!(Seen::parse("week"), None);
}
