namespace Cilium.Framework.Tables;

/// <summary>Runs a controller whenever an input table changed; tells its outputs when they are complete.</summary>
/// <param name="controller">What is run.</param>
/// <param name="inputs">Tables it reads.</param>
/// <param name="feedback">Tables that also wake it but need not be complete: those that depend on its own output, such as the status of what it desires.</param>
/// <param name="outputs">Its registrations at the tables it writes: they report ListDone after a computation that saw all inputs initialised.</param>
public sealed class ControllerLoop(IController controller, IReadOnlyList<IReadTable> inputs, IReadOnlyList<IReadTable> feedback, params IReadOnlyList<TableSource> outputs)
{
    /// <summary>Runs until cancelled, or until the controller throws: then whoever runs the loop starts it again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var wake = new Wake();
        var attachments = inputs.Concat(feedback).Select(table => table.Attach(wake)).ToArray();
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                RunOnce();
                await wake.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            foreach (var attachment in attachments)
                attachment.Dispose();
        }
    }

    /// <summary>One computation; for tests and for the first one at start.</summary>
    public void RunOnce()
    {
        // Asked before computing: an input that completes during the computation may not be seen by it.
        var complete = inputs.All(table => table.IsInitialized);
        controller.Compute();
        if (!complete)
            return;
        foreach (var output in outputs)
            output.ListDone();
    }
}
