"""What the notebooks show: pictures in one look, panels with controls, questions and exercises.

    style      the table of colours, the style sheet, pictures as the notebooks store them
    plots      curves, bands, stems, bars and arrows; names at the ends of lines
    grids      matrices, counts and bits as shaded cells
    diagrams   circles, boxes and arrows of networks; an LSTM's cell
    widgets    a panel: controls tied to a function that draws
    exercises  questions with instant feedback; exercises that check an answer

What is the same everywhere:

    ax                      the matplotlib axes to draw into; nothing is returned, and nothing is computed but positions
    title, xlabel, ylabel   the message of the picture and words for its axes, "" for none
    figure                  a matplotlib figure, made under `style.use_style`
    concept                 a name of the table `style.COLOURS`, which gives the colour
"""
