//! The README's commands do what the page promises, in its order.

use tests::check::assert_holds;
use tests::node::Node;

use crate::shown::Reader;

#[test]
fn the_commands_for_real_use_work_as_they_stand() {
    let mut reader = Reader::new();
    reader.follow("README.md");
    drop(reader.server().line_elsewhere("verify").expect_code(0));
    let nodes = [
        &reader.handheld as &dyn Node,
        &reader.new_handheld,
        reader.server(),
    ];
    for node in nodes {
        let expected = serde_json::json!({ "on_hand": "470" });
        assert_holds(&node.label(), &node.show("R-100"), &expected);
    }
}
