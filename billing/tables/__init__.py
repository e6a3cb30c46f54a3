"""Tables that people upload: bytes to rows, cells to values, problems in words."""
