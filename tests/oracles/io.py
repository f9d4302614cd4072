"""Text parsed the slow way, a word at a time."""


def end_of_lines(text: bytes, start: int, n: int) -> int:
    for _ in range(n):
        end = text.find(b"\n", start)
        if end < 0:
            return -1
        start = end + 1
    return start


def parse_rows(
    text: bytes, roles: list[int], n_rows: int
) -> tuple[dict[tuple[int, int], float], dict[tuple[int, int], str]]:
    numbers: dict[tuple[int, int], float] = {}
    words: dict[tuple[int, int], str] = {}
    for i, line in enumerate(text.decode().split("\n")[:n_rows]):
        for role, word in zip(roles, line.split(), strict=True):
            if role >= 0:
                numbers[i, role] = float(word)
            elif role <= -2:
                words[i, -role - 2] = word
    return numbers, words


def place_rows(
    rows: list[list[float]], place: list[int], shift: list[float], first_image: int
) -> tuple[dict[int, list[float]], dict[int, list[int]]]:
    positions = {
        p: [x - s for x, s in zip(row, shift, strict=False)] for p, row in zip(place, rows, strict=True)
    }
    images = {
        p: [int(x) for x in row[first_image : first_image + len(shift)]]
        for p, row in zip(place, rows, strict=True)
    }
    return positions, images
