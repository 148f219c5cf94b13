use super::*;

#[test]
fn a_department_is_its_time_zone() {
    assert_eq!(time_zone("9710001A"), "America/Guadeloupe");
    assert_eq!(time_zone("9740001A"), "Indian/Reunion");
    assert_eq!(time_zone("6200001A"), "Europe/Paris");
    for department in ["971", "972", "973", "974", "975", "976", "986", "987", "988", "075"] {
        assert!(TimeZone::get(time_zone(department)).is_ok(), "{department}");
    }
}

#[test]
fn a_school_has_a_level_by_word_or_by_number() {
    assert_eq!(level("COLLEGE"), Some(Level::College));
    assert_eq!(level("340"), Some(Level::College));
    assert_eq!(level("LYCEE PROFESSIONNEL"), Some(Level::Lycee));
    assert_eq!(level("ECOLE"), Some(Level::Primary));
    assert_eq!(level("370"), None);
}
