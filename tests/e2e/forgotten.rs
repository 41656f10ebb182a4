//! A test file that nobody declared would never run: this finds it.

use tests::programs::project_root;

#[test]
fn every_file_beside_main_is_declared_in_it() {
    let folder = project_root().join("tests").join("e2e");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    let mut seen = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name != "main" {
            assert!(
                main.contains(&format!("mod {name};")),
                "main.rs does not declare {name}"
            );
            seen += 1;
        }
    }
    assert!(seen > 1, "the folder of the tests was not found");
}
