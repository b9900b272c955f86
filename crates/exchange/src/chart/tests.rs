use super::*;
use crate::samples;
#[test]
fn look() {
    std::fs::write("/tmp/look-gantt.svg", samples::gantt().svg("gantt")).unwrap();
    std::fs::write("/tmp/look-m1.svg", samples::matrix(false).svg("m")).unwrap();
    std::fs::write("/tmp/look-m2.svg", samples::matrix(true).svg("m")).unwrap();
}
