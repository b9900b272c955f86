use super::pdf::Fonts;
use crate::samples;
#[test]
fn look() {
    let order = samples::order();
    std::fs::write("/tmp/look-order.html", order.html()).unwrap();
    let t = std::time::Instant::now();
    let pdf = order.pdf(&Fonts::embedded()).unwrap_or_else(|e| panic!("{e}"));
    eprintln!("{:?}", t.elapsed());
    std::fs::write("/tmp/look-order.pdf", pdf).unwrap();
}
