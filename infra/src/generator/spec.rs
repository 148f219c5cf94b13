use super::*;
#[test]
fn scratch() {
    for pupils in [8, 200, 480, 10_000] {
        let t = std::time::Instant::now();
        let school = generate(&Options { pupils, ..Options::default() });
        let wanted: usize = school.services.iter().map(|s| usize::from(s.half_hours)).sum();
        let got: i64 = school.services.iter().flat_map(|s| &s.slots).map(|s| ((s.minutes + 5) / 60) * if s.weeks == Weeks::Every { 2 } else { 1 }).sum();
        println!("{pupils}: {:?} classes {} groups {} staff {} services {} relatives {} wanted {wanted} got {got}", t.elapsed(), school.divisions.len(), school.groups.len(), school.staff.len(), school.services.len(), school.relatives.len());
    }
}
