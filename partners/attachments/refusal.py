"""Why a file is not kept, in words for the person who brought it."""


class FileRefused(Exception):
    """The file is not kept; the text says why, in the reader's language."""

    @property
    def words(self) -> str:
        return str(self.args[0])
