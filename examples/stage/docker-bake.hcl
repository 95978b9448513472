group "default" {
  targets = ["image"]
}

# The Rust part: Supercargo, by way of the one-line Dockerfile.
target "app" {
  target = "binaries"
}

# Everything else: a Dockerfile as you know them, which copies from it.
target "image" {
  dockerfile = "image.Dockerfile"
  contexts = {
    app = "target:app"
  }
  tags = ["announce"]
}
