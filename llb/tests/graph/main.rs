//! The library as its users see it: through its public interface only.

#[cfg(test)]
mod vectors;
