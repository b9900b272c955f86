use super::{Block, Cell, Link, Page, Section, columns, pdf::Fonts};

fn link(text: &str, to: &str) -> Link {
    Link { text: text.to_owned(), to: Some(to.to_owned()) }
}

/// One row that links lead away from, and one that they lead to.
fn page(links: Vec<Link>, anchors: [&str; 2]) -> Page {
    let figure = Cell { links, ..Cell::of("51 min") };
    let event = |anchor: &str| Cell { anchor: Some(anchor.to_owned()), ..Cell::of("IncidentReported") };
    let rows = [vec![figure]].into_iter().chain(anchors.map(|anchor| vec![event(anchor)])).collect();
    let table = Block::Table { caption: "Figures".to_owned(), columns: columns([("What", 1)]), rows };
    Page {
        name: "A figure".to_owned(),
        marking: "RESTRICTED".to_owned(),
        source: "ALFA".to_owned(),
        stamp: None,
        facts: Vec::new(),
        recorded_at: "2023-10-12T05:00:00Z".parse().unwrap(),
        sections: vec![Section {
            id: "metrics".to_owned(),
            title: "Metrics".to_owned(),
            blocks: vec![table],
        }],
        has_contents: true,
        ident: "ALFA 7".to_owned(),
    }
}

#[test]
fn a_link_leads_to_its_cell_or_to_a_section_in_every_form() {
    let page = page(vec![link("7", "event-7"), link("metrics", "metrics")], ["event-7", "event-8"]);
    let html = page.html();
    assert!(html.contains("<a href=\"#event-7\"><bdi dir=\"auto\">7</bdi></a>"), "{html}");
    assert!(html.contains("<a href=\"#metrics\"><bdi dir=\"auto\">metrics</bdi></a>"), "{html}");
    assert!(html.contains("<th scope=\"row\" id=\"event-7\">"), "{html}");
    assert!(page.text().contains("51 min [7] [metrics]\n"), "{}", page.text());
    let nowhere = self::page(vec![link("7", "nowhere"), link("metrics", "nowhere")], ["event-7", "event-8"]);
    let [linked, text] = [&page, &nowhere].map(|page| page.pdf(&Fonts::embedded()).unwrap().len());
    assert!(linked > text + 100, "the same words, and two links more: {linked}, {text}");
}

#[test]
fn a_link_to_what_the_document_lacks_is_text() {
    let page = page(vec![link("9", "event-9")], ["event-7", "event-8"]);
    let html = page.html();
    assert!(!html.contains("event-9") && html.contains("<bdi dir=\"auto\">9</bdi>"), "{html}");
    assert!(page.text().contains("51 min [9]\n"), "{}", page.text());
    page.pdf(&Fonts::embedded()).unwrap();
}

#[test]
fn two_places_of_one_name_are_one_and_none_takes_a_sections() {
    let page = page(vec![link("7", "event-7")], ["event-7", "event-7"]);
    assert_eq!(page.html().matches("id=\"event-7\"").count(), 1);
    page.pdf(&Fonts::embedded()).unwrap();
    let page = self::page(Vec::new(), ["contents", "metrics"]);
    let html = page.html();
    assert_eq!((html.matches("id=\"contents\"").count(), html.matches("id=\"metrics\"").count()), (1, 1));
}
