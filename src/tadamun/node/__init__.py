"""The only holder of tasks: takes events in, applies the rules, keeps everything live."""
