//! The worker for WebGPU.

fn main() {
    headstart_engine::run();
}
