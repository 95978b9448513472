//! Equal graphs give equal bytes, however and wherever they are made.

use buildkit_llb::exec::{Exec, Mount, Sharing};
use buildkit_llb::file::{Copy, MkFile};
use buildkit_llb::source::{Differ, Local};
use buildkit_llb::{FileOp, Merge, Output};

use crate::{context, debian, rust};

/// An exec with a mount of every kind, added in an order of choice.
fn exec(order: &[usize]) -> Output {
    let mut exec = Exec::new(rust(), ["true"]).env("A", "1").env("B", "2");
    let out = exec.mount(Mount::scratch("/out"));
    for number in order {
        match number {
            0 => exec.mount(Mount::bind(context(), "/src").readonly()),
            1 => exec.mount(Mount::bind(debian(), "/base").no_output()),
            2 => exec.mount(Mount::cache("/cache", "c").sharing(Sharing::Locked)),
            3 => exec.mount(Mount::tmpfs("/tmp")),
            4 => exec.mount(Mount::secret("/run/b", "b")),
            5 => exec.mount(Mount::secret("/run/a", "a")),
            6 => exec.mount(Mount::ssh("/agent/b")),
            7 => exec.mount(Mount::ssh("/agent/a")),
            number => unreachable!("mount {number}"),
        }
    }
    exec.output(&out)
}

fn image() -> Output {
    let layer = FileOp::on_scratch().copy(Copy::new(exec(&[0, 1, 2, 3]), "/", "/")).output();
    Merge::new([debian(), layer]).name("[image] merge").output()
}

#[test]
fn the_order_in_which_mounts_are_added_changes_nothing() {
    let sorted = exec(&[0, 1, 2, 3, 4, 5, 6, 7]);
    for order in [[7, 6, 5, 4, 3, 2, 1, 0], [3, 1, 4, 0, 5, 7, 2, 6], [6, 2, 7, 5, 0, 4, 1, 3]] {
        assert_eq!(exec(&order), sorted, "{order:?}");
        assert_eq!(
            exec(&order).marshal().unwrap().to_bytes(),
            sorted.marshal().unwrap().to_bytes(),
            "{order:?}"
        );
    }
}

#[test]
fn the_order_in_which_attributes_are_set_changes_nothing() {
    let one =
        Local::new("context").session("s").shared_key_hint("h").differ(Differ::None).include_patterns(["a"]);
    let other =
        Local::new("context").include_patterns(["a"]).differ(Differ::None).shared_key_hint("h").session("s");
    assert_eq!(one.output(), other.output());
}

#[test]
fn the_order_of_what_has_an_order_counts() {
    let env = |first, second| Exec::new(rust(), ["true"]).env(first, "").env(second, "").root();
    assert_ne!(env("A", "B"), env("B", "A"));
    let files = |first, second| {
        FileOp::on_scratch().mkfile(MkFile::new(first, "")).mkfile(MkFile::new(second, "")).output()
    };
    assert_ne!(files("/a", "/b"), files("/b", "/a"));
}

#[test]
fn a_graph_built_again_in_another_thread_has_the_same_bytes() {
    let here = image().marshal().unwrap().to_bytes();
    let there: Vec<_> =
        (0..4).map(|_| std::thread::spawn(|| image().marshal().unwrap().to_bytes())).collect();
    for thread in there {
        assert_eq!(thread.join().unwrap(), here);
    }
}

#[test]
fn marshalling_twice_gives_the_same_and_a_shared_vertex_is_listed_once() {
    let image = image();
    let definition = image.marshal().unwrap();
    assert_eq!(image.marshal().unwrap(), definition);
    // The base is an input of the exec and of the merge: debian, rust, context, exec, copy, merge.
    assert_eq!(definition.ops().len(), 6);
}

#[test]
fn a_varied_clone_leaves_the_first_alone() {
    let first = Exec::new(rust(), ["true"]);
    let before = first.root();
    let second = first.clone().env("A", "1");
    assert_ne!(second.root(), before);
    assert_eq!(first.root(), before);
}

#[test]
fn outputs_go_between_threads() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Output>();
    is_shared::<Exec>();
    is_shared::<FileOp>();
}

#[test]
fn a_very_long_chain_is_marshalled_and_dropped() {
    let link =
        |base: Output, number: u32| FileOp::on(base).mkfile(MkFile::new("/a", number.to_string())).output();
    let chain = (0..20_000).fold(Output::scratch(), link);
    assert_eq!(chain.marshal().unwrap().ops().len(), 20_000);
}
