using Cilium.Framework.Client;

namespace Cilium.Framework.Cli.Commands;

/// <summary>A policy document from a file or standard input. No more is read than the agent would take.</summary>
internal static class DocumentFile
{
    /// <param name="file">Its path; - for standard input.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="CommandException">It cannot be read, or is too large.</exception>
    public static async Task<string> ReadAsync(string file, CancellationToken ct)
    {
        var name = file == "-" ? "standard input" : file;
        try
        {
            await using var source = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var copy = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (copy.Length <= ApiLimits.MaxBodyLength && await source.ReadAsync(buffer, ct) is > 0 and var length)
                copy.Write(buffer, 0, length);
            if (copy.Length > ApiLimits.MaxBodyLength)
                throw new CommandException($"{name}: {ApiLimits.TooLarge(source.CanSeek ? source.Length : null)}");
            copy.Position = 0;
            using var reader = new StreamReader(copy);
            return await reader.ReadToEndAsync(ct);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{name}: {FailureText.Of(exception)}.");
        }
    }
}
