//! The worker for the processor.

fn main() {
    headstart_engine::run();
}
